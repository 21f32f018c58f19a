"""The weights of the support check, written by benchmarks/support_fit.py, not by hand."""

CHANGED_BIAS = -1.9311
CHANGED = {
    "name_absent": 0.6227,
    "name_framed": 0.0462,
    "long": 0.1294,
    "rival": 3.5354,
    "number_missing": 3.3057,
    "number_derived": 0.8553,
    "number_other": 2.9223,
    "date_missing": 2.5892,
    "name_missing": 2.0041,
    "turned": 1.9899,
    "denied": 0.2780,
    "denial_close": 1.4251,
    "speaker_wrong": 3.7245,
    "speaker_other": 0.5840,
    "speaker_told": 0.8617,
    "swapped": 0.9393,
}
INVENTED_BIAS = -5.0337
INVENTED = {
    "thin": 3.1084,
    "bare": 1.1781,
    "unlike": 0.5255,
    "foreign": 0.1415,
    "gap_first": 1.8364,
    "gap_second": 1.5526,
    "gap_third": 1.7716,
    "name_framed": 0.6167,
    "number_far": 2.1836,
    "long": 0.2699,
}
