with versions as (

    {{ claim_versions(source('feeds', 'pharmacy_claims')) }}

)

select
    claim_id,
    claim_line_number,
    {{ person_key('person_id') }} as person_key,
    payer,
    plan,
    prescribing_provider_npi,
    dispensing_provider_npi,
    dispensing_date,
    {{ ndc_11('ndc_code') }} as ndc_code,
    quantity,
    days_supply,
    refills,
    paid_date,
    paid_amount,
    copayment_amount,
    in_network_flag,
    fill_number,
    claim_status,
    upper(reject_code_1) as reject_code_1,
    upper(reject_code_2) as reject_code_2,
    upper(reject_code_3) as reject_code_3,
    formulary_status,
    generic_flag,
    ingredient_rxcui,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
