window.__THAR_CONFIG = {
  "userInfo" : { "accountId" : "9001", "userName" : "lina_moor", "displayName" : "Lina 🦉 Moor" },
  "archiveInfo" : { "sizeBytes" : "1000", "generationDate" : "2023-11-05T10:00:00.000Z", "isPartialArchive" : false, "maxPartSizeBytes" : "53687091200" },
  "dataTypes" : { "tweets" : { "files" : [ { "fileName" : "data/tweets.js", "globalName" : "YTD.tweets.part0", "count" : "9" }, { "fileName" : "data/tweets-part1.js", "globalName" : "YTD.tweets.part1", "count" : "2" } ] } }
}
