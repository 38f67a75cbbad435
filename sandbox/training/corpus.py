"""The few plain sentences that the base models have "read" before anybody trains them."""

from typing import Final

TEXT: Final = """
The morning was clear and the street was quiet. People walked to work and talked about the day before them.
A letter lay on the table. It said that the meeting would start at nine and that everyone should bring a pen.
If you want to know more about this, please read the notes at the end or ask the person who wrote them.
There are three things to think of when you plan a journey: the time, the price, and the way back home.
She opened the window because the room was warm, and then she put the kettle on and waited for the water to boil.
We are not able to answer that question today, but we will look into it and send you a message with the result.
The old house had a red door, a small garden, and a view of the river that nobody in the town could forget.
You can use the same key for both doors. Turn it to the left, wait for the click, and pull the handle slowly.
Most of the books in the library were about history, and many of them had been given by families in the area.
Thank you for your help with the report. It was good to see how the numbers changed from one month to the next.
When the train stopped, he took his bag and stepped out. The air smelled of rain and bread from the bakery.
Please let us know which of the two dates would be better for you, so that we can book the room in time.
In the evening they would sit together and tell stories, and the children would listen until they fell asleep.
This is what usually happens: first the machine is checked, then it is cleaned, and after that it is used again.
明日の会議は午後三時からです。場所は二階の部屋です。資料は前の日までにお送りします。
ありがとうございます。ご質問がありましたら、いつでもお知らせください。よろしくお願いいたします。
この町には大きな川があり、春になると桜がきれいに咲きます。多くの人が写真を撮りに来ます。
"""
