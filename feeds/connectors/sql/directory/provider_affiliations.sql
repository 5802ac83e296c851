-- The listing itself. The file has no dates: 1900-01-01 stands for "always".
select
    npi || '-' || practice_id as affiliation_id,
    npi,
    practice_id,
    date '1900-01-01' as start_date,
    1 as listed_in_directory
from listing
