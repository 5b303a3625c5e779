"""Every place where a process may die, read from the code: the ports' calls, the flows' commits, the jobs' own writes."""

import ast
import pkgutil
from pathlib import Path

import entrepot.flows
import entrepot.jobs
from entrepot.base.failpoints import AFTER, BEFORE
from entrepot.carriage.adapters import Carrier
from entrepot.catalogue.adapters import PictureSource
from entrepot.payments.terms import PaymentProvider
from entrepot.reconciliation.terms import ReportSource

PORTS = {"provider": PaymentProvider, "carrier": Carrier, "pictures": PictureSource, "reports": ReportSource}
JOBS = sorted(Path(entrepot.jobs.__path__[0]).glob("*.py"))
# Names that let a job reach out of the house without a port.
OUTSIDE = {"EmailMultiAlternatives", "EmailMessage", "send_mail", "send_mass_mail", "urlopen", "httpx", "smtplib"}


def verbs_of(port: type) -> set[str]:
    """What a port can be asked."""
    return {name for one in port.__mro__ for name, what in vars(one).items() if callable(what) and name[0] != "_"} - {
        "close"
    }


def services_of(job: Path) -> set[str]:
    """`context.verb` of what a job calls by itself, without a flow."""
    found = set()
    for node in ast.walk(ast.parse(job.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.endswith(".services"):
            context = node.module.split(".")[1]
            found |= {f"{context}.{one.name}" for one in node.names if one.name.islower()}
    return found


def flows() -> set[str]:
    """The verbs that cross contexts."""
    return {one.name for one in pkgutil.iter_modules(entrepot.flows.__path__)}


def boundaries() -> frozenset[str]:
    """All of them, before and after."""
    calls = {f"{name}.{verb}" for name, port in PORTS.items() for verb in verbs_of(port)} | {"mail.send"}
    writes = {f"commit.{verb}" for verb in flows()} | {f"commit.{verb}" for job in JOBS for verb in services_of(job)}
    return frozenset(f"{name}.{moment}" for name in calls | writes for moment in (BEFORE, AFTER))


def unmarked_calls(text: str, marked: set[str]) -> list[str]:
    """Lines of a job that reach outside without a place to die at.

    marked: the factories of the adapters that mark what they give.
    """
    tree = ast.parse(text)
    adapters = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".adapters")
        for alias in node.names
    }
    covered = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "failpoints.outside":
            covered |= {id(one) for one in ast.walk(node)}
    faults = []
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        has_around = "failpoints.around(" in ast.unparse(function)
        for node in ast.walk(function):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func).split(".")[0]
            if name in adapters and name not in marked and id(node) not in covered:
                faults.append(f"{function.name}: {ast.unparse(node)}")
            if name in OUTSIDE and not has_around:
                faults.append(f"{function.name}: {ast.unparse(node)}")
    return faults


def marking_factories() -> set[str]:
    """Functions of adapters that give a port marked by `failpoints.outside`."""
    found = set()
    for path in Path(entrepot.jobs.__path__[0]).parent.glob("*/adapters*"):
        for file in [path] if path.is_file() else sorted(path.glob("*.py")):
            for node in ast.parse(file.read_text()).body:
                if isinstance(node, ast.FunctionDef) and "failpoints.outside(" in ast.unparse(node):
                    found.add(node.name)
    return found
