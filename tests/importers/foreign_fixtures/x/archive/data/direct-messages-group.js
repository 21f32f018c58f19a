window.YTD.direct_messages_group.part0 = [
 { "dmConversation" : { "conversationId" : "123456", "messages" : [
  { "participantsLeave" : { "userIds" : [ "9004" ], "createdAt" : "2022-12-01T10:04:00.000Z" } },
  { "messageCreate" : { "reactions" : [ ], "urls" : [ ], "text" : "à demain", "mediaUrls" : [ ], "senderId" : "9004", "id" : "1598256338826170369", "createdAt" : "2022-12-01T10:03:00.000Z" } },
  { "messageCreate" : { "reactions" : [ ], "urls" : [ ], "text" : "bis morgen alle", "mediaUrls" : [ ], "senderId" : "9001", "id" : "1598256087167930369", "createdAt" : "2022-12-01T10:02:00.000Z" } },
  { "conversationNameUpdate" : { "initiatingUserId" : "9003", "name" : "Eulenrunde", "createdAt" : "2022-12-01T10:01:00.000Z" } },
  { "joinConversation" : { "initiatingUserId" : "9003", "participantsSnapshot" : [ "9001", "9003", "9004" ], "createdAt" : "2022-12-01T10:00:00.000Z" } }
 ] } }
]
