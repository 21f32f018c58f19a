window.YTD.account.part0 = [ {
  "account" : { "email" : "b@mail.example", "createdVia" : "web", "username" : "bram_b", "accountId" : "42", "createdAt" : "2010-01-01T10:00:00.000Z", "accountDisplayName" : "Bram" }
} ]
