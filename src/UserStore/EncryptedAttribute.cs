namespace UserStore;

/// <summary>Marks a property whose values are encrypted under a data key of the user's own, which is deleted with the user: without it, the values in
/// backups, exports and streams cannot be read either.</summary>
/// <remarks>
/// <para>
/// The store encrypts the value with AES-256-GCM before it is sent, and decrypts it when it is read. Requires
/// <see cref="UserPrivacyOptions.HashKey"/> and an <see cref="IDataKeyWrapper"/>. A property of any type can be marked, except for a part of the key, a
/// key of an index, the version, a time of creation or update, the expiry, an indexed value, the scope of a unique value, and what distinguishes users
/// from other items: DynamoDB, or the store, must read these. DynamoDB cannot compare, sort, increment or append to an encrypted value.
/// </para>
/// <para>
/// With <see cref="UniqueAttribute"/>, a value is reserved by a keyed hash, and found with <see cref="ReadConsistency.Strong"/>. Values that were stored
/// before the property was marked are read as they are, and encrypted by the next write of the user.
/// </para>
/// </remarks>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EncryptedAttribute : Attribute;
