"""Client Level Data (CLD), the national return of adult social care, as work and packages."""
