"""The weights of the support check, written by benchmarks/support_fit.py, not by hand."""

CHANGED_BIAS = -2.0898
CHANGED = {
    "name_absent": 0.5075,
    "long": 0.2056,
    "rival": 3.7643,
    "number_missing": 3.2365,
    "number_derived": 0.9384,
    "number_other": 2.8703,
    "date_missing": 2.6691,
    "name_missing": 3.4041,
    "turned": 2.0029,
    "denied": 0.3325,
    "denial_close": 1.5129,
    "speaker_wrong": 3.8382,
    "speaker_other": 0.8045,
    "speaker_told": 0.8388,
    "swapped": 1.1297,
}
INVENTED_BIAS = -5.0452
INVENTED = {
    "thin": 3.3255,
    "bare": 1.4405,
    "unlike": 0.5890,
    "gap_first": 1.8074,
    "gap_second": 1.4371,
    "gap_third": 1.4514,
    "name_absent": 1.7860,
    "number_far": 2.6181,
    "long": 0.1580,
}
