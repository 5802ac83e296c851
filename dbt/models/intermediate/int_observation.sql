-- Generated from seeds/ref_metric.csv by orchestration/metric_union.py; edit the registry, not this file.
-- A view: the tables of the metrics hold the rows, this only puts them under one name.
{{ config(materialized='view') }}

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('after_hours_coverage_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('appt_routine_lead_days_p50') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('appt_routine_within_standard') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('appt_urgent_within_48h') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('bh_risk_screening_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('case_mgmt_referral_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('clas_training_current') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('coc_continuity') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('directory_accuracy_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('directory_attestation_current') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('directory_field_completeness') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('dismissal_30day_coverage_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('duplicate_service_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('ed_record_retrieval_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('extended_hours_visit_share') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('fall_ui_assessment_65plus') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('flu_vaccination_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('formulary_adherence_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('fu7_discharge_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('fu7_ed_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('hours_parity_ratio') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('interpreter_fulfilment_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('low_acuity_ed_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('med_rec_post_discharge_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('med_review_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('member_rel_completeness') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('next_visit_booked_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('no_show_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('pa_first_pass_complete_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('pa_submission_lag_days') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('pcp_change_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('practice_cancel_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('preventive_visit_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('qoc_concern_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('readmit_30d_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('referral_appt_within_standard') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('referral_loop_closure_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('referral_patient_contact_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('rx_coverage_reject_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('same_day_access_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('screening_bcs') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('screening_ccs') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('screening_col') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('sdoh_screening_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('seen_within_15_min_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('service_grievance_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('telehealth_visit_share') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('test_result_timely_rate') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('upc_continuity') }}
