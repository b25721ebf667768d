"""The program itself: installed as /usr/libexec/sysgui/helper, its modules in `lib` beside it."""

import os
import sys

sys.dont_write_bytecode = True
# Isolated (-I), Python looks into no directory by itself. This one belongs to root, as this file.
sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "lib"))

# Found only from here on, and only where it is installed.
from sysgui_helper.main import main  # type: ignore[import-not-found] # noqa: E402
from sysgui_helper.table import TABLE  # type: ignore[import-not-found] # noqa: E402

sys.exit(main(sys.argv[1:], TABLE))
