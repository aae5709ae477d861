using UserStore.Modeling;

namespace UserStore.DynamoDb.Encryption;

/// <summary>Specifies why a value cannot be decrypted.</summary>
internal enum UndecryptableReason
{
    Erased,
    Unusable,
    Changed,
}

/// <summary>Thrown when a value of an item cannot be decrypted.</summary>
internal sealed class UndecryptableValueException(MappedProperty property, UndecryptableReason reason) : Exception(reason.ToString())
{
    public MappedProperty Property => property;

    public UndecryptableReason Reason => reason;

    /// <summary>Gets the problem and its remedy, as the end of a sentence about the attribute.</summary>
    public string Problem => reason switch
    {
        UndecryptableReason.Erased => "cannot be decrypted, because the data key of the user was erased, or is another one by now. If it cannot have been, "
            + "check Privacy.DataKeysTable and Privacy.HashKey; otherwise the value is lost: delete the user.",
        UndecryptableReason.Unusable => "cannot be decrypted, because the data key of the user cannot be unwrapped now. Check the "
            + "IDataKeyWrapper and its keys, and the table of data keys.",
        _ => "cannot be decrypted: it was changed, or belongs to another user or attribute. Restore the item, or remove the attribute.",
    };
}
