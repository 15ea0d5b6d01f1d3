"""Who may do what: identity, tenants, rates and the audit log, at the one door that all calls go through."""
