{{ complaint_rates('service_grievance_rate', 'grievance', {
    'grievance_attitude_service_rate': "category = 'attitude_service'",
    'grievance_access_rate': "category = 'access'",
    'grievance_office_site_rate': "category = 'office_site'",
    'grievance_discrimination_rate': "category = 'discrimination' or discrimination_flag = 1",
}) }}
