window.YTD.tweet.part0 = [ {
  "retweeted" : false, "source" : "<a href=\"http://twitter.com\" rel=\"nofollow\">Twitter Web Client</a>", "entities" : { "hashtags" : [ ], "symbols" : [ ], "user_mentions" : [ ], "urls" : [ ] }, "display_text_range" : [ "0", "26" ], "favorite_count" : "0", "id_str" : "1101270820975546369", "truncated" : false, "retweet_count" : "0", "id" : "1101270820975546369", "created_at" : "Thu Feb 28 23:59:59 +0000 2019", "favorited" : false, "full_text" : "vandaag is bijna morgen ☔️", "lang" : "nl"
} ]
