Grailbird.data.tweets_2013_05 = 
 [ {
  "source" : "web", "entities" : { "user_mentions" : [ ], "media" : [ ], "hashtags" : [ ], "urls" : [ ] }, "geo" : { }, "id_str" : "339300000000000001", "text" : "regen op de tent", "id" : 339300000000000001, "created_at" : "2013-05-28 10:12:00 +0000", "user" : { "name" : "Bram", "screen_name" : "bram_b", "protected" : false, "id_str" : "42", "id" : 42, "verified" : false }
}, {
  "source" : "web", "entities" : { "user_mentions" : [ { "name" : "Kees", "screen_name" : "kees", "indices" : [ 3, 8 ], "id_str" : "43", "id" : 43 } ], "media" : [ ], "hashtags" : [ ], "urls" : [ ] }, "geo" : { }, "id_str" : "339200000000000001", "text" : "RT @kees: zon op de tent", "retweeted_status" : { "id_str" : "339100000000000001", "text" : "zon op de tent", "created_at" : "2013-05-27 09:00:00 +0000", "user" : { "name" : "Kees", "screen_name" : "kees", "id_str" : "43" } }, "id" : 339200000000000001, "created_at" : "2013-05-28 03:00:00 +0000", "user" : { "name" : "Bram", "screen_name" : "bram_b", "id_str" : "42", "id" : 42 }
} ]
