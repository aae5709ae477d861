using Amazon.DynamoDBv2.Model;

namespace UserStore.TestKit;

/// <summary>The stored format of reservations of emails.</summary>
public static class StoredReservations
{
    private const string Prefix = "5:email0:";

    public static Dictionary<string, AttributeValue> KeyOf(string email) => new() { ["reservation"] = new($"{Prefix}{email.Length}:{email}") };

    public static Dictionary<string, AttributeValue> ToItem(string email, string userId)
        => new(KeyOf(email)) { ["owner"] = new(userId) };

    public static string EmailIn(Dictionary<string, AttributeValue> item)
    {
        string rest = item["reservation"].S[Prefix.Length..];
        return rest[(rest.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }
}
