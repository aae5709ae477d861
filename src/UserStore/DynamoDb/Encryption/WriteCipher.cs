namespace UserStore.DynamoDb.Encryption;

/// <summary>Specifies what ensures that the data key of a user who is written is stored.</summary>
internal enum DataKeyBinding
{
    /// <summary>The item of the user names it: both are deleted together.</summary>
    Bound,

    /// <summary>It is stored, and the transaction that writes the user checks that.</summary>
    Stored,

    /// <summary>It is new, and stored in the transaction that writes the user.</summary>
    New,
}

/// <summary>Encrypts what a write stores of a user.</summary>
/// <param name="Cipher">The cipher.</param>
/// <param name="Binding">What ensures that its data key is stored.</param>
internal sealed record WriteCipher(UserCipher Cipher, DataKeyBinding Binding)
{
    /// <summary>Gets the number of data keys that were dropped from memory before a new one was created.</summary>
    public long Drops { get; init; }

    /// <summary>Gets what identifies the data key.</summary>
    public string Id => Cipher.DataKey!.Id;
}
