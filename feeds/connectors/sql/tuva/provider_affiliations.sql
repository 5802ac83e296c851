-- A practitioner's practice, by id or else by a name that only one location has; Tuva gives no dates.
with places as (
    select location_id as practice_id, location_id as called from location
    union
    select min(location_id), name from location where name is not null group by name having count(*) = 1
)
select distinct
    p.npi || '-' || l.practice_id as affiliation_id,
    p.npi,
    l.practice_id,
    date '1900-01-01' as start_date
from practitioner as p
inner join places as l on l.called = p.practice_affiliation
