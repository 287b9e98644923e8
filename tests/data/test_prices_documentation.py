"""The price file that the documentation shows is one that can be read."""

import re
from decimal import Decimal
from pathlib import Path

from minieks.data.prices import PriceList

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "prices.md"


def test_the_documented_price_file_works(tmp_path: Path) -> None:
    [example] = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "prices.json"
    path.write_text(example, encoding="utf-8")
    prices = PriceList.load(path)
    assert prices.of("fargate_vcpu_hour", "eu-north-1").amount == Decimal("0.0445")
    assert prices.spot_hour("eu-west-1", "m5.large").amount == Decimal("0.0412")
    # 0.107 less 55 %
    assert prices.spot_hour("eu-west-1", "m6i.large").amount == Decimal("0.04815")
