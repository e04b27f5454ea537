"""A target of singer-sdk that keeps nothing. Writes what it did as JSON to the file in argv[1]."""

import json
import re
import resource
import sys
import time

from singer_sdk.sinks import BatchSink
from singer_sdk.target_base import Target


class NoopSink(BatchSink):
    """Counts the records of each batch and lets go of them."""

    loaded = 0

    def process_batch(self, context: dict) -> None:
        NoopSink.loaded += len(context["records"])


class NoopTarget(Target):
    """Validates records and adds metadata, as singer-sdk does by default."""

    name = "target-noop"
    config_jsonschema = {"type": "object", "properties": {}}
    default_sink_class = NoopSink


def peak_bytes() -> int:
    """The most memory that this process held; maxrss would begin at the peak of its parent."""
    try:
        with open("/proc/self/status", encoding="latin-1") as status:
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


target = NoopTarget(config={"validate_records": True, "add_record_metadata": True})
before = time.process_time()
started = time.perf_counter()
target.listen()
result = {
    "records": NoopSink.loaded,
    "seconds": time.perf_counter() - started,
    "cpuSeconds": time.process_time() - before,
    "peakBytes": peak_bytes(),
}
with open(sys.argv[1], "w", encoding="utf-8") as report:
    json.dump(result, report)
