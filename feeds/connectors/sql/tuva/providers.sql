select npi, first_name, last_name, specialty, sub_specialty
from practitioner
