"""The program that runs as root: every part of it, the classes of mistakes, and a fuzzer."""
