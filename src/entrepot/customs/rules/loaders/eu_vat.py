"""Standard VAT rates of the member states by date. Columns: eu_code, name, effective_from, standard_rate_pct."""

from datetime import date
from typing import Final

from entrepot.customs.rules.loaders.files import Loading, TariffFile, table_of
from entrepot.customs.rules.loaders.written import day, figure, percent_text, written
from entrepot.customs.terms import Measure, Rows, Speaks

_COLUMNS: Final = ("eu_code", "effective_from", "standard_rate_pct")
# The Union writes EL for Greece, ISO 3166 GR.
_ISO: Final = {"EL": "GR"}
_MEMBERS: Final = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
        "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
_SOURCE: Final = "Directive 2006/112/EC art. 97, standard rate of {place} (rate data: Duty27, CC BY 4.0)"
# Source: Directive 2006/112/EC art. 97: not below 15 %. The highest ever is 27 %.
_LEAST, _MOST = 15, 27


def vat_history(file: TariffFile, *, at_least: int = 27) -> Loading:
    """Each member state's rate until its next one. Raises TariffUnreadable with the line."""
    found: dict[str, dict[date, str]] = {}
    for number, row in table_of(text=file.text(), file=file.name, columns=_COLUMNS, at_least=at_least, comment="#"):
        place = _ISO.get(row["eu_code"], row["eu_code"])
        if place not in _MEMBERS:
            raise file.refuse(f"{row['eu_code']!r} is no member state", number)
        since = day(text=row["effective_from"], file=file, line=number)
        rate = figure(text=row["standard_rate_pct"], file=file, line=number)
        if not _LEAST <= rate <= _MOST:
            raise file.refuse(f"a standard rate of {rate} per cent", number)
        rates = found.setdefault(place, {})
        if since in rates:
            raise file.refuse(f"{place} begins twice on {since}", number)
        rates[since] = percent_text(value=rate)
    missing = sorted(_MEMBERS - found.keys())
    if missing:
        raise file.refuse(f"no rate for {', '.join(missing)}: the file is cut off")
    measures: list[Measure] = []
    for place, rates in sorted(found.items()):
        days = sorted(rates)
        for since, until in zip(days, [*days[1:], None], strict=True):
            measures.append(
                written(
                    key=f"vat.{place.lower()}", kind="vat", rate=rates[since], codes=("",), regions=frozenset({place}),
                    valid_from=since, valid_until=until, source=_SOURCE.format(place=place),
                )
            )  # fmt: skip
    first = min(measure.valid_from for measure in measures)
    return Loading(
        edition=max(measure.valid_from for measure in measures).isoformat(),
        rows=Rows(measures=tuple(measures), speaks=(Speaks("vat", first),)),
    )
