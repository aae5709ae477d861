using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using UserStore.Declarations;
using UserStore.Modeling;
using UserStore.TestKit;

namespace UserStore.Tests.Mapping;

/// <summary>What maps users is visible, above all if it is not what the options ask for.</summary>
public sealed class SelectedMappingTests
{
    private readonly FakeLogCollector _log = new();
    private readonly ServiceCollection _services = [];

    public SelectedMappingTests() => _services.AddLogging(builder => builder.AddProvider(new FakeLoggerProvider(_log)));

    [Fact]
    public async Task A_store_says_that_it_uses_its_generated_mapping()
    {
        _services.AddUserStore(options => (options.Mapping, options.ServiceUrl) = (UserMapping.Generated, "http://127.0.0.1:1"));
        await using ServiceProvider provider = _services.BuildServiceProvider();

        provider.GetRequiredService<IUserStore>();

        FakeLogRecord record = _log.GetSnapshot().Should().ContainSingle(record => record.Id.Id == 105).Subject;
        (record.Level, record.Message).Should().Be((LogLevel.Information, "Users of type User in Users are mapped by the generated mapping."));
    }

    [Fact]
    public async Task A_client_of_the_service_is_left_to_the_context_with_a_warning()
    {
        _services.AddSingleton<IAmazonDynamoDB>(_ => new AmazonDynamoDBClient(
            new Amazon.Runtime.AnonymousAWSCredentials(), new AmazonDynamoDBConfig { ServiceURL = "http://127.0.0.1:1" }));
        _services.AddUserStore(options => options.Mapping = UserMapping.Generated);
        await using ServiceProvider provider = _services.BuildServiceProvider();

        provider.GetRequiredService<IUserStore>();

        FakeLogRecord record = _log.GetSnapshot().Should().ContainSingle(record => record.Id.Id == 106).Subject;
        record.Level.Should().Be(LogLevel.Warning);
        record.Message.Should().Contain("registered its own IAmazonDynamoDB");
    }

    [Fact]
    public async Task A_type_without_a_mapping_is_left_to_the_context_with_a_warning()
    {
        _services.AddUserStore<Unmarked>(options => (options.Mapping, options.ServiceUrl) = (UserMapping.Generated, "http://127.0.0.1:1"));
        await using ServiceProvider provider = _services.BuildServiceProvider();

        provider.GetRequiredService<IUserStore<Unmarked>>();

        _log.GetSnapshot().Should().ContainSingle(record => record.Id.Id == 106)
            .Which.Message.Should().Contain("mark it with [GenerateUserMapping]");
    }

    [Fact]
    public async Task A_type_with_encrypted_properties_is_left_to_the_context_with_a_warning()
    {
        _services.AddSingleton<IDataKeyWrapper>(new LocalDataKeyWrapper(new byte[32]));
        _services.AddUserStore(options =>
        {
            (options.Mapping, options.ServiceUrl, options.Privacy.HashKey) = (UserMapping.Generated, "http://127.0.0.1:1", new byte[32]);
            options.Describe<User>(type => type.Encrypted(user => user.Name));
        });
        await using ServiceProvider provider = _services.BuildServiceProvider();

        provider.GetRequiredService<IUserStore>();

        _log.GetSnapshot().Should().ContainSingle(record => record.Id.Id == 106)
            .Which.Message.Should().Contain("User has encrypted properties (Name), which the generated mapping does not support");
    }

    [Fact]
    public async Task A_structure_with_members_that_the_generator_did_not_see_is_left_to_the_context_with_a_warning()
    {
        _services.AddUserStore<Holder>(options => (options.Mapping, options.ServiceUrl) = (UserMapping.Generated, "http://127.0.0.1:1"));
        await using ServiceProvider provider = _services.BuildServiceProvider();

        provider.GetRequiredService<IUserStore<Holder>>();

        _log.GetSnapshot().Should().ContainSingle(record => record.Id.Id == 106)
            .Which.Message.Should().Contain("The generated mapping of Holder and the context differ in HalfHidden: Hidden.").And.Contain("another project");
    }

    [Fact]
    public void A_declaration_that_lacks_a_property_is_not_used()
    {
        var incomplete = new DeclaredType(new DynamoDBTableAttribute("Users"), revision: null, extendsUser: true);

        var read = new AnnotatedType(typeof(Holder), "user type", declared: incomplete);

        read.Properties.Should().Contain(property => property.Name == "Part");
    }

    [Fact]
    public async Task The_context_is_the_default_and_says_nothing()
    {
        _services.AddUserStore(options => options.ServiceUrl = "http://127.0.0.1:1");
        await using ServiceProvider provider = _services.BuildServiceProvider();

        provider.GetRequiredService<IUserStore>();

        _log.GetSnapshot().Should().NotContain(record => record.Id.Id == 105 || record.Id.Id == 106);
    }

    [Fact]
    public async Task A_mapping_that_is_not_defined_is_rejected()
    {
        _services.AddUserStore(options => options.Mapping = (UserMapping)7);
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Action resolve = () => provider.GetRequiredService<IUserStore>();

        resolve.Should().Throw<OptionsValidationException>().WithMessage("*Mapping is '7', but must be one of Context, Generated.*");
    }

    public sealed record Unmarked : User;

    [GenerateUserMapping]
    public sealed record Holder : User
    {
        public HalfHidden? Part { get; init; }
    }
}
