"""Each of the programs: installed as /usr/libexec/sysgui/NAME, the modules in `lib` beside it."""

import importlib
import os
import sys

sys.dont_write_bytecode = True
_here = os.path.realpath(__file__)
# Isolated (-I), Python looks into no directory by itself. This one belongs to root, as this file.
sys.path.insert(0, os.path.join(os.path.dirname(_here), "lib"))

sys.exit(importlib.import_module(f"sysgui_watch.{os.path.basename(_here)}").main(sys.argv[1:]))
