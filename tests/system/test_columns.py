"""Tables for a terminal."""

from sysgui.system.columns import Column, write_table
from sysgui.system.query import Kind

COLUMNS = [
    Column("name", "Name", Kind.TEXT, lambda row: row[0], lambda row: row[0]),
    Column("size", "Size", Kind.NUMBER, lambda row: row[1], lambda row: str(row[1])),
    Column("note", "Note", Kind.TEXT, lambda row: row[2], lambda row: row[2]),
]


def test_columns_stand_beneath_their_titles_also_behind_wide_characters() -> None:
    rows = [("日本", 7, "a"), ("x", 12345, "")]
    assert list(write_table(COLUMNS, rows, str)) == [
        "Name   Size  Note",
        # Each of these two characters takes two cells: as wide as "Name".
        "日本      7  a",
        "x     12345",
    ]
