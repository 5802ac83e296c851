-- The listings with their practice id. provider_num is missing for most rows and shared by some, so it serves only
-- where it names one listing; then the NPI does; else a hash of the whole row tells listings apart.
-- Rows that are alike in every column keep one id and are all handed on: the gate treats them as one row twice.
create table listing as
with fingerprinted as (
    select *, md5(to_json(facilities)::varchar) as fingerprint
    from facilities
),
named as (
    select *, coalesce(provider_num, 'NPI' || npi) as name_in_source
    from fingerprinted
),
counted as (
    select *, count(distinct fingerprint) over (partition by name_in_source) as listings_of_that_name
    from named
)
select
    case
        when listings_of_that_name = 1 then name_in_source
        else name_in_source || '-' || substr(fingerprint, 1, 8)
    end as practice_id,
    * exclude (fingerprint, name_in_source, listings_of_that_name)
from counted;
