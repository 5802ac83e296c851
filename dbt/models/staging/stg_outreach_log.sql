with versions as (

    {{ versions(
        source('feeds', 'outreach_log'),
        key=['outreach_id'],
        own_date='contact_datetime'
    ) }}

)

select
    outreach_id,
    practice_id,
    step_code,
    metric_id,
    action_code,
    contact_datetime,
    channel,
    outcome,
    follow_up_due_date,
    completed_date,
    list_run_id,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
