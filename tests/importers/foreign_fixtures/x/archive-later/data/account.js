window.YTD.account.part0 = [ { "account" : { "username" : "lina_eule", "accountId" : "9001", "accountDisplayName" : "Lina" } } ]
