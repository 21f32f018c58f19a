var user_details =  { "expanded_url" : "", "screen_name" : "bram_b", "location" : "", "full_name" : "Bram", "bio" : "", "id" : "42", "created_at" : "2010-01-01 10:00:00 +0000" }
