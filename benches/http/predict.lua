-- One row of the sample data a request, for wrk.
wrk.method = "POST"
wrk.path = "/predict"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"region": "North", "plan": "Basic", "tenure_months": 3, "monthly_fee": 39.9, ' ..
  '"support_calls": 5, "last_login_days": 40, "satisfaction": 2}'
