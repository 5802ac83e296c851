"""What every process of ours must have in its environment before a heavy library is imported."""

import os

# MLflow reads its own switch only; dbt honours either. None of them may look anything up at run time.
NO_TELEMETRY = {
    "DO_NOT_TRACK": "true",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "GX_ANALYTICS_ENABLED": "false",
    "DAGSTER_DISABLE_TELEMETRY": "1",
}


def silence_telemetry() -> None:
    """Switch off every known way in which a library of ours would call home."""
    os.environ.update(NO_TELEMETRY)
