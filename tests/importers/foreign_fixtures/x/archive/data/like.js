window.YTD.like.part0 = [ { "like" : { "tweetId" : "1", "fullText" : "words of somebody else", "expandedUrl" : "https://twitter.com/i/web/status/1" } } ]
