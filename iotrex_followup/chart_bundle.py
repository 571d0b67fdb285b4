"""Write the browser's chart library: `python -m iotrex_followup.chart_bundle FOLDER` (bin/setup calls it).

The bundle comes out of the vl-convert-python wheel, so nothing of it is kept in this repository. It is an ES
module whose default export is vega-embed; `ast: true` makes it evaluate expressions without `eval`, which the
Content-Security-Policy forbids.
"""

import sys
from pathlib import Path

import vl_convert

EXPORT = "export default vegaEmbed;"


def write_bundle(folder: Path) -> Path:
    """Write charts.js into `folder` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    bundle = folder / "charts.js"
    bundle.write_text(vl_convert.javascript_bundle(EXPORT))
    return bundle


if __name__ == "__main__":
    print(write_bundle(Path(sys.argv[1])))
