using Amazon.DynamoDBv2.DataModel;

namespace InPlace.Before;

/// <summary>The repository of the service: it looks for the email before it saves a new customer.</summary>
public sealed class CustomerRepository(IDynamoDBContext context)
{
    public const string EmailIndex = "email-index";

    private static readonly LoadConfig Consistent = new() { ConsistentRead = true };

    /// <summary>Stores a new customer; returns null if the email is in use.</summary>
    public async Task<Customer?> SignUpAsync(string email, string name, CancellationToken cancellationToken = default)
    {
        if (await FindByEmailAsync(email, cancellationToken) is not null)
            return null;
        var customer = new Customer
        {
            Id = Guid.NewGuid(),
            Email = Normalize(email),
            Name = name,
            Interests = ["news"],
            WantsNews = true,
            CreatedAt = DateTime.UtcNow,
        };
        await context.SaveAsync(customer, cancellationToken);
        return customer;
    }

    public async Task<Customer?> FindAsync(Guid id, CancellationToken cancellationToken = default)
        => await context.LoadAsync<Customer>(id, Consistent, cancellationToken);

    public async Task<Customer?> FindByEmailAsync(string email, CancellationToken cancellationToken = default)
    {
        IAsyncSearch<Customer> search = context.QueryAsync<Customer>(Normalize(email), new QueryConfig { IndexName = EmailIndex });
        return (await search.GetRemainingAsync(cancellationToken)).FirstOrDefault();
    }

    /// <summary>Renames a customer; the version makes the save fail if another writer was faster.</summary>
    public async Task RenameAsync(Guid id, string name, CancellationToken cancellationToken = default)
    {
        Customer customer = await FindAsync(id, cancellationToken) ?? throw new KeyNotFoundException($"There is no customer '{id}'.");
        customer.Name = name;
        await context.SaveAsync(customer, cancellationToken);
    }

    private static string Normalize(string email) => email.Trim().ToLowerInvariant();
}
