window.YTD.direct_messages.part0 = [
 { "dmConversation" : { "conversationId" : "9001-9003", "messages" : [
  { "messageCreate" : { "recipientId" : "9001", "reactions" : [ { "senderId" : "9001", "reactionKey" : "like", "eventId" : "5", "createdAt" : "2022-11-02T08:03:30.000Z" } ], "urls" : [ ], "text" : "um 5 am Wehr", "mediaUrls" : [ ], "senderId" : "9003", "id" : "1587716891734970369", "createdAt" : "2022-11-02T08:03:00.123Z", "editHistory" : [ ] } },
  { "messageCreate" : { "recipientId" : "9003", "reactions" : [ ], "urls" : [ { "url" : "https://t.co/dm1", "expanded" : "https://karte.example/wehr", "display" : "karte.example/wehr" } ], "text" : "hier? https://t.co/dm1 &amp; wann", "mediaUrls" : [ ], "senderId" : "9001", "id" : "1587716640076730369", "createdAt" : "2022-11-02T08:02:00.000Z" } },
  { "messageCreate" : { "recipientId" : "9003", "reactions" : [ ], "urls" : [ ], "text" : "https://t.co/dmpic", "mediaUrls" : [ "https://ton.twitter.com/dm/1587716388418490369/77/uhu.jpg" ], "senderId" : "9001", "id" : "1587716388418490369", "createdAt" : "2022-11-02T08:01:00.000Z" } }
 ] } },
 { "dmConversation" : { "conversationId" : "9001-9004", "messages" : [ ] } }
]
