using System.Security.Cryptography;
using Amazon.DynamoDBv2.DataModel;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using UserStore.Testing;

namespace UserStore.DocumentationTests.Examples;

[DynamoDBTable("Patients")]
public record Patient
{
    [DynamoDBHashKey]
    public required string Id { get; init; }

    [DynamoDBVersion]
    public long? Version { get; init; }

    [Encrypted]
    public string? Diagnosis { get; init; }

    [Encrypted]
    [Unique("insurance", Normalization = UniqueValueNormalization.CaseInsensitive)]
    public string? Insurance { get; init; }
}

public sealed class KmsDataKeyWrapper(IAmazonKeyManagementService kms, string keyId) : IDataKeyWrapper
{
    private static readonly Dictionary<string, string> Context = new() { ["purpose"] = "data keys of users" };

    public async Task<byte[]> WrapAsync(ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken = default)
    {
        var request = new EncryptRequest { KeyId = keyId, Plaintext = new MemoryStream(dataKey.ToArray()), EncryptionContext = Context };
        return (await kms.EncryptAsync(request, cancellationToken)).CiphertextBlob.ToArray();
    }

    public async Task<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrappedKey, CancellationToken cancellationToken = default)
    {
        var request = new DecryptRequest { CiphertextBlob = new MemoryStream(wrappedKey.ToArray()), EncryptionContext = Context };
        try
        {
            return (await kms.DecryptAsync(request, cancellationToken)).Plaintext.ToArray();
        }
        catch (InvalidCiphertextException changed)
        {
            throw new CryptographicException("The data key was changed, or is not one of this service.", changed);
        }
    }
}

/// <summary>Compiles and runs the code of the guide to encryption.</summary>
public sealed class EncryptionExamples
{
    [Fact]
    public async Task The_wrapper_for_AWS_KMS_wraps_and_unwraps()
    {
        IAmazonKeyManagementService kms = Substitute.For<IAmazonKeyManagementService>();
        kms.EncryptAsync(Arg.Any<EncryptRequest>(), Arg.Any<CancellationToken>()).Returns(call => new EncryptResponse
        {
            CiphertextBlob = new MemoryStream([1, .. call.Arg<EncryptRequest>().Plaintext.ToArray()]),
        });
        kms.DecryptAsync(Arg.Any<DecryptRequest>(), Arg.Any<CancellationToken>()).Returns(call => new DecryptResponse
        {
            Plaintext = new MemoryStream(call.Arg<DecryptRequest>().CiphertextBlob.ToArray()[1..]),
        });
        var wrapper = new KmsDataKeyWrapper(kms, "alias/user-data-keys");

        byte[] wrapped = await wrapper.WrapAsync(new byte[] { 7, 8 });

        wrapped.Should().Equal(1, 7, 8);
        (await wrapper.UnwrapAsync(wrapped)).Should().Equal(7, 8);
        kms.DecryptAsync(Arg.Any<DecryptRequest>(), Arg.Any<CancellationToken>()).ThrowsAsync(new InvalidCiphertextException("changed"));
        Func<Task> unwrap = () => wrapper.UnwrapAsync(wrapped);
        await unwrap.Should().ThrowAsync<CryptographicException>();
    }

    [Fact]
    public async Task The_example_of_a_registration_is_valid()
    {
        Environment.SetEnvironmentVariable("USERSTORE_HASH_KEY", Convert.ToBase64String(new byte[32]));
        (byte[] newKey, byte[] oldKey) = (new byte[32], new byte[32]);
        ServiceCollection services = [];
        services.AddSingleton<IAmazonKeyManagementService>(_ => new AmazonKeyManagementServiceClient());
        services.AddSingleton<IDataKeyWrapper>(provider => new KmsDataKeyWrapper(
            provider.GetRequiredService<IAmazonKeyManagementService>(), "alias/user-data-keys"));
        services.AddUserStore<Patient>(options =>
            options.Privacy.HashKey = Convert.FromBase64String(Environment.GetEnvironmentVariable("USERSTORE_HASH_KEY")!));
        services.AddSingleton<IDataKeyWrapper>(new LocalDataKeyWrapper(newKey, oldKey));
        services.Configure<UserStoreOptions>(typeof(Patient).FullName, options => options.ServiceUrl = "http://127.0.0.1:1");
        await using ServiceProvider provider = services.BuildServiceProvider();

        provider.GetRequiredService<IUserStore<Patient>>().Should().NotBeNull();
    }

    [Fact]
    public async Task The_example_that_saves_every_user_runs()
    {
        var store = new InMemoryUserStore<Patient>();
        await store.CreateAsync(new Patient { Id = "fake-1", Diagnosis = "Fake diagnosis" });

        await EncryptAllAsync(store, CancellationToken.None);

        (await store.GetAsync("fake-1")).Version.Should().Be(2);

        static async Task EncryptAllAsync(IUserStore<Patient> patients, CancellationToken cancellationToken)
        {
            await foreach (Patient patient in patients.ListAsync(cancellationToken: cancellationToken))
                await patients.UpdateAsync(patient, cancellationToken);
        }
    }
}
