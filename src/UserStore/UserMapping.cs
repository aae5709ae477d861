namespace UserStore;

/// <summary>Specifies what maps users to items and back. Both ways give the same items and the same users.</summary>
public enum UserMapping
{
    /// <summary>The SDK's context, by reflection.</summary>
    Context,

    /// <summary>Code that <see cref="GenerateUserMappingAttribute"/> generated, which reads and writes the JSON of requests itself. An item that it
    /// does not read goes through the context.</summary>
    Generated,
}
