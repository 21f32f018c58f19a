window.YTD.tweet_headers.part0 = [ { "tweet" : { "tweet_id" : "1741610225628090369", "user_id" : "9001", "created_at" : "Mon Jan 01 00:00:10 +0000 2024" } } ]
