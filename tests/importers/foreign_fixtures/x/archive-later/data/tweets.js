window.YTD.tweets.part0 = [
 { "tweet" : { "id_str" : "1741610225628090369", "created_at" : "Mon Jan 01 00:00:10 +0000 2024", "full_text" : "Prost, ihr Käuze", "lang" : "de", "entities" : { "hashtags" : [ ], "user_mentions" : [ ], "urls" : [ ] } } },
 { "tweet" : { "id_str" : "198639428694970369", "created_at" : "Sat May 05 05:05:05 +0000 2012", "full_text" : "erster. 最初のつぶやき", "lang" : "ja", "favorite_count" : "99", "entities" : { "hashtags" : [ ], "user_mentions" : [ ], "urls" : [ ] } } }
]
