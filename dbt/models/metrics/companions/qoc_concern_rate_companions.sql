{{ complaint_rates('qoc_concern_rate', 'qoc_concern', {
    'qoc_substantiated_rate': "severity_level >= 2",
}) }}
