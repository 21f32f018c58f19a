"""The weights of the support check, written by benchmarks/support_fit.py, not by hand."""

CHANGED_BIAS = -1.4452
CHANGED = {
    "name_absent": 0.0152,
    "name_framed": 0.0536,
    "long": 0.0840,
    "rival": 3.4237,
    "number_missing": 2.4355,
    "number_derived": 0.7574,
    "number_other": 2.6302,
    "date_missing": 2.2906,
    "name_missing": 1.5012,
    "turned": 1.3423,
    "turned_close": 0.5652,
    "denial_close": 1.5019,
    "speaker_wrong": 3.2281,
    "speaker_other": 0.2505,
    "speaker_told": 0.6556,
    "swapped": 0.8851,
}
INVENTED_BIAS = -6.1486
INVENTED = {
    "thin": 1.3322,
    "unlike": 0.7019,
    "foreign": 0.1856,
    "gap_first": 1.6295,
    "gap_second": 1.2301,
    "gap_third": 0.7317,
    "unconfirmed": 2.1220,
    "name_absent": 1.9246,
    "name_framed": 0.6029,
    "number_far": 1.9155,
}
