"""Makes one executable file of this project: that file is what the hub trusts, copies and runs.

The packages of requirements.txt are not in it: they come from the Python that ran this, which also runs the connector.
"""

import pathlib
import shutil
import sys
import tempfile
import zipapp

here = pathlib.Path(__file__).parent
with tempfile.TemporaryDirectory() as parts:
    for name in ("__main__.py", "connector.py"):
        shutil.copy(here / name, parts)
    shutil.copytree(here / "recado", pathlib.Path(parts) / "recado", ignore=shutil.ignore_patterns("__pycache__"))
    file = here / "recado-connector-{{.Name}}"
    zipapp.create_archive(parts, file, interpreter=sys.executable, compressed=True)
file.chmod(0o755)
