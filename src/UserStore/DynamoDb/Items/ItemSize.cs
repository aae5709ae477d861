using UserStore.Modeling;

namespace UserStore.DynamoDb.Items;

/// <summary>Bounds the size of a user's item without mapping the user.</summary>
internal static class ItemSize
{
    // More than any number, instant or Guid takes: a Guid has 36 characters.
    private const int MaxScalarBytes = 36;

    // Of an encrypted value: an escaped character of JSON, or what surrounds an empty string of a list there; the hashes of unique values.
    private const int MaxEncryptedGrowth = 16;
    private const int MaxEncryptedBytes = 64 + (UserRules.MaxUniqueValues * StoredScalar.HashLength / 2);

    /// <summary>Returns an upper bound of the size in bytes, or null if only the mapped item shows it.</summary>
    public static long? UpperBound(object user, UserModel model)
    {
        long size = 0;
        foreach (MappedProperty property in model.Properties)
        {
            object? value = property.GetValue(user);
            if (value is null)
                continue;
            long? valueSize = property.HasOwnConverter ? null : value switch
            {
                string text => UserRules.Utf8Length(text),
                IReadOnlyCollection<string?> list => UpperBound(list),
                DateTimeOffset or DateTime or Guid or bool or byte or short or int or long or decimal or Enum => MaxScalarBytes,
                _ => null,
            };
            if (valueSize is null)
                return null;
            if (property.IsEncrypted)
                valueSize = (valueSize * MaxEncryptedGrowth) + MaxEncryptedBytes;
            size += valueSize.Value + property.AttributeName.Length * 3;
        }

        return size;
    }

    private static long? UpperBound(IReadOnlyCollection<string?> list)
    {
        long size = 3;
        foreach (string? item in list)
        {
            if (item is null || UserRules.Utf8Length(item) is not { } length)
                return null;
            size += length + 1;
        }

        return size;
    }
}
