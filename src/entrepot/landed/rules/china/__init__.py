"""China: retail CBEC imports, personal articles, general trade."""

from entrepot.landed.rules.china.articles import articles
from entrepot.landed.rules.china.retail import retail
from entrepot.landed.rules.china.trade import trade
from entrepot.landed.rules.working import Sheet
from entrepot.landed.terms import Importer, Mode

__all__ = ["worked"]


def worked(sheet: Sheet) -> None:
    """Fill the sheet for an entry into China by the mode asked for; a consumer's post counts as personal articles."""
    mode = sheet.request.mode
    if mode in (Mode.CBEC_BONDED, Mode.CBEC_DIRECT):
        retail(sheet)
    elif mode is Mode.PERSONAL or (mode is Mode.POST and sheet.request.importer is Importer.CONSUMER):
        articles(sheet)
    else:
        trade(sheet)
