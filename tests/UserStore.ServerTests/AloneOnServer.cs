namespace UserStore.ServerTests;

/// <summary>The tests that keep the server so busy that the timeouts of others would elapse.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneOnServer
{
    public const string Name = "alone on the server";
}
