"""Europe, Britain, Canada, Japan, Korea, Australia: low-value rules, duty as given or loaded, tax on value and duty."""

from entrepot.landed.rules.abroad.britain import british
from entrepot.landed.rules.abroad.canada import canadian
from entrepot.landed.rules.abroad.europe import european
from entrepot.landed.rules.abroad.japan import japanese
from entrepot.landed.rules.abroad.pacific import australian, korean

__all__ = ["australian", "british", "canadian", "european", "japanese", "korean"]
