"""What leaves the building, and what comes round by the clock. The only importer of adapters.

Every module here is imported with the package, so that a worker knows all tasks and none can be forgotten.
"""

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
