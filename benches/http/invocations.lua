-- The row of predict.lua in the form that MLflow's servers take, for wrk.
wrk.method = "POST"
wrk.path = "/invocations"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"dataframe_split": {"columns": ["region", "plan", "tenure_months", "monthly_fee", ' ..
  '"support_calls", "last_login_days", "satisfaction"], "data": [["North", "Basic", 3, 39.9, 5, 40, 2]]}}'
