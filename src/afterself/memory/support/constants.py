"""The weights of the support check, written by benchmarks/support_fit.py, not by hand."""

CHANGED_BIAS = -2.0730
CHANGED = {
    "name_absent": 0.5253,
    "long": 0.1938,
    "rival": 3.7291,
    "number_missing": 3.3687,
    "number_derived": 0.9324,
    "number_other": 2.9236,
    "date_missing": 2.6572,
    "name_missing": 3.4006,
    "turned": 2.1065,
    "denied": 0.3205,
    "denial_close": 1.4145,
    "speaker_wrong": 3.8641,
    "speaker_other": 0.8073,
    "speaker_told": 0.8352,
    "swapped": 1.0220,
}
INVENTED_BIAS = -5.1961
INVENTED = {
    "thin": 3.2955,
    "bare": 1.1284,
    "unlike": 0.5790,
    "gap_first": 2.0064,
    "gap_second": 1.5213,
    "gap_third": 1.7730,
    "name_absent": 1.8906,
    "number_far": 2.5564,
    "long": 0.1232,
}
