window.YTD.tweets.part1 = [
 { "tweet" : { "id_str" : "198639428694970369", "created_at" : "Sat May 05 05:05:05 +0000 2012", "full_text" : "erster. 最初のつぶやき", "lang" : "ja", "entities" : { "hashtags" : [ ], "user_mentions" : [ ], "urls" : [ ] } } },
 { "tweet" : { "id_str" : "1642104767247290369", "created_at" : "Sat Apr 01 10:01:00 +0000 2023", "full_text" : "Uhu, nicht Kauz (Berichtigung)", "lang" : "de", "edit_info" : { "edit" : { "initialTweetId" : "1642104515589050369", "editControlInitial" : { "editTweetIds" : [ "1642104515589050369", "1642104767247290369" ], "editsRemaining" : "4" } } }, "entities" : { "hashtags" : [ ], "user_mentions" : [ ], "urls" : [ ] } } }
]
