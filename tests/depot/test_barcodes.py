"""Barcodes on labels."""

import re

from barcode import Code128

from entrepot.web.depot.barcodes import barcode_svg, grouped


def test_the_bars_drawn_are_those_of_code_128():
    svg = str(barcode_svg("CSN7K3M9P2Q4R6T8V0W"))
    modules = Code128("CSN7K3M9P2Q4R6T8V0W").build()[0]
    drawn = ["0"] * len(modules)
    for start, length in re.findall(r"M(\d+) 0h(\d+)", svg):
        for place in range(int(start) - 10, int(start) - 10 + int(length)):
            drawn[place] = "1"
    assert "".join(drawn) == modules
    assert f'viewBox="0 0 {len(modules) + 20} 1"' in svg


def test_letters_are_grouped_to_be_read_out():
    assert grouped("CSN7K3M9P2Q4R6T8V0W") == "CSN 7K3M 9P2Q 4R6T 8V0W"
    assert grouped("MBZ7PS0C8F432") == "MB Z7PS 0C8F 432"
