namespace UserStore.DynamoDb.Sending;

/// <summary>Describes failures without values of users, so that the description can be stored and logged.</summary>
internal static class FailureDescription
{
    private const int MaxLength = 1000;

    /// <summary>Returns the types of an exception and its inner exceptions, with the messages of UserStore's own; other messages may contain
    /// values of users.</summary>
    public static string Of(Exception failure)
    {
        var parts = new List<string>();
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
            parts.Add(cause is UserStoreException ? $"{cause.GetType().Name}: {cause.Message}" : cause.GetType().Name);
        string text = string.Join(" <- ", parts);
        return text.Length <= MaxLength ? text : text[..MaxLength];
    }
}
