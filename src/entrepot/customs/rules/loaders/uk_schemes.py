"""Rules-of-origin schemes of the UK's tariff service: which agreement a preference is claimed under, by what proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from entrepot.customs.rules.loaders.files import TariffFile
from entrepot.customs.rules.loaders.uk_answers import all_of, is_answer

SCHEMES: Final = "*__rules_of_origin_schemes*.json"


class _Proof(msgspec.Struct):
    summary: str


class _Scheme(msgspec.Struct):
    scheme_code: str
    title: str
    countries: list[str]
    unilateral: bool | None = None
    proofs: list[_Proof] = []


@dataclass(frozen=True, slots=True)
class Scheme:
    """An agreement or a one-sided preference. proofs: any one of them will do, in the service's words."""

    code: str
    title: str
    countries: frozenset[str]
    proofs: tuple[str, ...]


def schemes_of(files: Mapping[str, bytes]) -> tuple[Scheme, ...]:
    """The schemes of the files, in the nested form or as the API answers. Raises TariffUnreadable.

    The service tells no days of validity: those of a preference are its measure's.
    """
    found: dict[str, Scheme] = {}
    for name in sorted(files):
        file = TariffFile(name, files[name])
        body = all_of(file=file, kind="rules_of_origin_scheme") if is_answer(file.body) else file.body
        try:
            read = msgspec.json.decode(body, type=list[_Scheme])
        except msgspec.DecodeError as wrong:
            raise file.refuse(f"no list of rules-of-origin schemes ({wrong})") from wrong
        for one in read:
            if not one.countries:
                raise file.refuse(f"the scheme {one.scheme_code} names no country")
            proofs = tuple(proof.summary.strip() for proof in one.proofs if proof.summary.strip())
            scheme = Scheme(one.scheme_code, one.title.strip(), frozenset(one.countries), proofs)
            if found.setdefault(scheme.code, scheme) != scheme:
                raise file.refuse(f"the scheme {scheme.code} stands twice with other words")
    return tuple(found.values())


def proof_needed(*, origins: frozenset[str], documents: Sequence[str], schemes: Sequence[Scheme]) -> str:
    """One English sentence on the proof that a preference for these countries asks for; empty when nothing is known.

    documents: the certificate codes that the measure's own conditions name.
    """
    fitting = [one for one in schemes if origins and origins <= one.countries]
    told = [
        f"scheme {one.code} ({one.title})" + (f": {' or '.join(one.proofs)}" if one.proofs else "") for one in fitting
    ]
    if documents:
        told.append(f"document {' or '.join(documents)}")
    return f"Proof of origin, {'; '.join(told)}." if told else ""
