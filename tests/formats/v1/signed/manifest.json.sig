{
  "format": "incumbent-signature",
  "format_version": 1,
  "algorithm": "ed25519",
  "key": "18445ac39f3a8d7c",
  "signature": "/5j7sVdOR38o66vN093mdN2kw9KbqIx0D+X6try09nAzJ+KVMQUZMYUVE8QHVZAPSCNtO05f5B+3KlouKY8QBQ=="
}
